import { createContext } from 'preact';
import { useContext, useState } from 'preact/hooks';

/** Where an item is drawn: whose conversation it is of, and what the reader has opened of it. */
export interface Drawing {
  /** Conversation that has the item; `undefined` where none is known. */
  readonly conversation: string | undefined;
  /** Begins the names of what is opened: the id of the item. */
  readonly name: string;
  readonly opened: Map<string, unknown>;
}

export const DrawingContext = createContext<Drawing | undefined>(undefined);

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
