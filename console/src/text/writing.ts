import { createContext } from 'preact';

/**
 * Set where the reader wants a text the other way than usual: what a person has typed as Markdown, and what a model has
 * written as it is.
 */
export const OtherWritingContext = createContext(false);
