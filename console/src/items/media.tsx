import { useEffect, useRef, useState } from 'preact/hooks';
import { bytes } from '../text/numbers.ts';
import { decoded, save } from '../text/save.ts';
import { textOf, type Fields } from './fields.ts';

/** Characters of an address that are shown. */
const ADDRESS = 300;
const SHOWN_IMAGE = /^data:(image\/(?:png|jpeg|gif|webp|avif));base64,/;
const DATA = /^data:([\w.+-]+\/[\w.+-]+)?[^,]*,/;

/** An image that is stored in the item. One that is elsewhere is not loaded: its address is shown. */
export function StoredImage({ address }: { readonly address: string }) {
  const [isBroken, setBroken] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const [, type] = SHOWN_IMAGE.exec(address) ?? [];
  if (type === undefined) return <Elsewhere kind="Image" address={address} />;
  const note = `${type}, ${bytes(sizeOf(address))}${isBroken ? ', damaged' : ''}`;
  return (
    <figure>
      {!isBroken && (
        <button
          type="button"
          class="picture"
          aria-label={`Image of the item, ${note}: show it in full size`}
          onClick={() => dialog.current?.showModal()}
        >
          <img src={address} alt="" onError={() => setBroken(true)} />
        </button>
      )}
      <figcaption class="quiet">
        {note} <Save address={address} />
      </figcaption>
      <dialog ref={dialog} class="full-size" aria-label="Image in full size">
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
        <div class="full-size-space" tabIndex={0}>
          {!isBroken && <img src={address} alt={`Image of the item, ${note}`} />}
        </div>
      </dialog>
    </figure>
  );
}

/** What is not shown: an address that is not loaded, or data of another kind. */
function Elsewhere({ kind, address }: { readonly kind: string; readonly address: string }) {
  const isData = DATA.test(address);
  return (
    <p class="elsewhere">
      <span class="label">{isData ? `${kind}, not shown` : `${kind} elsewhere, not loaded`}</span>{' '}
      <code>
        {address.slice(0, ADDRESS)}
        {address.length > ADDRESS && '…'}
      </code>{' '}
      {isData && <Save address={address} />}
    </p>
  );
}

/** An image of which only the id is stored. */
export function ImageById({ id }: { readonly id: string }) {
  return (
    <p class="elsewhere">
      <span class="label">Image of the model server</span> <code>{id}</code>
    </p>
  );
}

const AUDIO_TYPES: Readonly<Record<string, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

export function Audio({ audio }: { readonly audio: Fields }) {
  const format = textOf(audio['format']);
  const type = AUDIO_TYPES[format] ?? 'audio/mpeg';
  const data = textOf(audio['data']);
  const url = useBlobUrl(data, type);
  const [isBroken, setBroken] = useState(false);
  const note = `${format || 'audio'}, ${bytes(base64Size(data))}`;
  if (url === undefined) return <p class="quiet">Audio that cannot be read ({note}).</p>;
  return (
    <figure class="audio">
      <audio
        controls
        preload="none"
        src={url}
        aria-label={`Audio of the item, ${note}`}
        onError={() => setBroken(true)}
      />
      <figcaption class="quiet">
        {note}
        {isBroken && ', damaged'} <Save address={`data:${type};base64,${data}`} />
      </figcaption>
    </figure>
  );
}

/** A file is saved under a name of ours, and never opened in the page. */
export function File({ part }: { readonly part: Fields }) {
  const data = textOf(part['file_data']);
  const [, type = 'application/octet-stream'] = DATA.exec(data) ?? [];
  const elsewhere = [textOf(part['file_url']), textOf(part['file_id'])].filter(Boolean);
  const address = data === '' || DATA.test(data) ? data : `data:${type};base64,${data}`;
  return (
    <p class="file">
      <span class="label">File</span>
      <bdi>{textOf(part['filename']) || 'without a name'}</bdi>
      {data !== '' && (
        <span class="quiet">
          {type}, {bytes(sizeOf(address))}
        </span>
      )}
      {elsewhere.map((each) => (
        <code key={each}>{each.slice(0, ADDRESS)}</code>
      ))}
      {data !== '' && <Save address={address} />}
    </p>
  );
}

/** Saves what an address with data holds. */
function Save({ address }: { readonly address: string }) {
  const [isBroken, setBroken] = useState(false);
  const store = (): void => {
    const [head = '', type = 'application/octet-stream'] = DATA.exec(address) ?? [];
    const rest = address.slice(head.length);
    const data = head.includes(';base64') ? decoded(rest) : rest;
    if (data === undefined) setBroken(true);
    else save(data, type);
  };
  if (isBroken) return <span class="problem">It is damaged: this is no base64.</span>;
  return (
    <button type="button" class="small" onClick={store}>
      Save
    </button>
  );
}

function sizeOf(address: string): number {
  const [head = ''] = DATA.exec(address) ?? [];
  const length = address.length - head.length;
  return head.includes(';base64') ? Math.floor((length * 3) / 4) : length;
}

function base64Size(data: string): number {
  return Math.floor((data.length * 3) / 4);
}

/** Returns an address for bytes in base64, which ends with the component; `undefined` when they are not base64. */
function useBlobUrl(data: string, type: string): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const binary = decoded(data);
    if (binary === undefined || binary.length === 0) {
      setUrl(undefined);
      return undefined;
    }
    const made = URL.createObjectURL(new Blob([binary], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data, type]);
  return url;
}
