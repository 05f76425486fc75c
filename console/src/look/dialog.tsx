import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A dialog over the page. Its content is there only while it is open. */
export function Dialog({
  title,
  isOpen,
  close,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="form-dialog" aria-label={title} onClose={close}>
      {isOpen && (
        <>
          <h2>{title}</h2>
          {children}
        </>
      )}
    </dialog>
  );
}

/** The end of a form in a dialog: what went wrong, and the two ways out. */
export function SaveOrCancel({
  id,
  problem,
  mayNotSave = false,
  cancel,
}: {
  /** Names the problem to the field that has it. */
  readonly id?: string;
  readonly problem: string;
  readonly mayNotSave?: boolean;
  readonly cancel: () => void;
}) {
  return (
    <>
      <p id={id} class="problem" role="alert">
        {problem}
      </p>
      <p class="answers">
        <button type="submit" class="main" disabled={mayNotSave}>
          Save
        </button>
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      </p>
    </>
  );
}
