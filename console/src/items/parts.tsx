import { useEffect, useState } from 'preact/hooks';
import { JsonTree } from '../text/json-tree.tsx';
import { LongText } from '../text/long-text.tsx';
import { bytes } from '../text/numbers.ts';
import { fields, textOf } from './fields.ts';

type Fields = ReturnType<typeof fields>;

/** A part of a message, or of a tool's output. */
export function Part({ part }: { readonly part: Fields }) {
  const type = textOf(part['type']);
  if (type === 'refusal') {
    return (
      <div class="refusal">
        <p class="label">Refusal</p>
        <LongText text={textOf(part['refusal'])} />
      </div>
    );
  }
  if (typeof part['text'] === 'string') return <LongText text={part['text']} />;
  const image = textOf(part['image_url']);
  if (image !== '') return <StoredImage address={image} />;
  if (type === 'input_audio') return <Audio audio={fields(part['input_audio'])} />;
  if (type === 'input_file' || type === 'output_file') return <File part={part} />;
  return <JsonTree name={type || 'part'} value={part} />;
}

const IMAGE = /^data:(image\/(?:png|jpeg|gif|webp|avif));base64,/;

/** An image that is stored in the item. One that is elsewhere is not loaded: its address is shown. */
export function StoredImage({ address }: { readonly address: string }) {
  const [, type] = IMAGE.exec(address) ?? [];
  const [isBroken, setBroken] = useState(false);
  if (type === undefined) {
    const isData = address.startsWith('data:');
    return (
      <p class="elsewhere">
        <span class="label">{isData ? 'Image, not shown' : 'Image elsewhere, not loaded'}</span>{' '}
        <code>{address.slice(0, 200)}</code>
      </p>
    );
  }
  const size = bytes(Math.floor(((address.length - address.indexOf(',')) * 3) / 4));
  return (
    <figure>
      {!isBroken && <img src={address} alt="Image of the item" onError={() => setBroken(true)} />}
      <figcaption class="quiet">
        {type}, {size}
        {isBroken && ', damaged'}
      </figcaption>
    </figure>
  );
}

function Audio({ audio }: { readonly audio: Fields }) {
  const format = textOf(audio['format']) === 'wav' ? 'audio/wav' : 'audio/mpeg';
  const data = textOf(audio['data']);
  const url = useBlobUrl(data, format);
  if (url === undefined) return <p class="quiet">Audio that cannot be read.</p>;
  return (
    <audio
      controls
      preload="none"
      src={url}
      aria-label={`Audio, ${bytes((data.length * 3) / 4)}`}
    />
  );
}

/** A file is saved under a name of ours, and never opened in the page. */
function File({ part }: { readonly part: Fields }) {
  const name = textOf(part['filename']);
  const data = textOf(part['file_data']);
  const elsewhere = textOf(part['file_url']) || textOf(part['file_id']);
  const encoded = data.slice(data.indexOf(',') + 1);
  const url = useBlobUrl(encoded, 'application/octet-stream');
  return (
    <p class="file">
      <span class="label">File</span> <bdi>{name}</bdi>{' '}
      {data !== '' && <span class="quiet">{bytes(Math.floor((encoded.length * 3) / 4))}</span>}{' '}
      {elsewhere !== '' && <code>{elsewhere.slice(0, 200)}</code>}{' '}
      {url !== undefined && data !== '' && (
        <a href={url} download="file.bin">
          Save
        </a>
      )}
    </p>
  );
}

/** Returns an address for bytes in base64, which ends with the component; `undefined` when they are not base64. */
function useBlobUrl(data: string, type: string): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    try {
      const decoded = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      made = URL.createObjectURL(new Blob([decoded], { type }));
    } catch {
      made = undefined;
    }
    setUrl(made);
    return () => {
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [data, type]);
  return url;
}
