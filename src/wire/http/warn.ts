/** Emits an error as a process warning: for errors of observers and of the embedding program, which must do no harm. */
export function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
