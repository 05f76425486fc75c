import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const CLASSES = { form: 'form-dialog', confirm: 'confirm', wide: 'confirm ask-dialog' } as const;

/** A dialog over the page, which is there while it is open, and gives the focus back when it closes. */
export function Dialog({
  title,
  kind = 'form',
  close,
  children,
}: {
  readonly title: string;
  /** A form, a question with two answers, or a wide question. */
  readonly kind?: keyof typeof CLASSES;
  readonly close: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} class={CLASSES[kind]} aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
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
