import { createContext } from 'preact';
import { useContext, useLayoutEffect, useState } from 'preact/hooks';

/** Where an item is drawn: whose conversation it is of, and what the reader has opened of it. */
export interface Drawing {
  /** Conversation that has the item; `undefined` where none is known. */
  readonly conversation: string | undefined;
  /** Begins the names of what is opened: the id of the item. */
  readonly name: string;
  readonly opened: Map<string, unknown>;
  /** Set when the reader has come for something in the item. */
  readonly wanted?: Wanted | undefined;
}

/** Words to find in an item at which the reader arrives. Each arrival is a new object, so that a second one opens the item again. */
export interface Wanted {
  readonly item: string;
  /** As `termsOf` gives them. */
  readonly terms: readonly string[];
}

export const DrawingContext = createContext<Drawing | undefined>(undefined);

const NONE: readonly string[] = [];

/** Returns a state that outlives its component, so that a row that scrolls away and comes back is as it was left. */
export function useKept<Value>(
  name: string,
  initial: Value,
): readonly [Value, (value: Value) => void] {
  const drawing = useContext(DrawingContext);
  const key = `${drawing?.name ?? ''} ${name}`;
  const [last, setLast] = useState(initial);
  // Sound: a name has values of one type. What is kept may be changed from elsewhere.
  const value = (drawing?.opened.get(key) as Value | undefined) ?? last;
  const keep = (next: Value): void => {
    drawing?.opened.set(key, next);
    setLast(next);
  };
  return [value, keep];
}

/** Runs once each time the reader comes to the item for some words, to open what has them. Returns the words. */
export function useArrival(
  name: string,
  open: (terms: readonly string[]) => void,
): readonly string[] {
  const drawing = useContext(DrawingContext);
  const wanted = drawing?.wanted;
  const key = `${drawing?.name ?? ''} ${name} arrival`;
  useLayoutEffect(() => {
    // A row that scrolls back into view is no new arrival.
    if (wanted === undefined || drawing?.opened.get(key) === wanted) return;
    drawing?.opened.set(key, wanted);
    open(wanted.terms);
  }, [wanted]);
  return wanted?.terms ?? NONE;
}
