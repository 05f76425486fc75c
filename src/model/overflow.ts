/** Figures in the messages of model servers about a context that is too long. */

export interface OverflowFigures {
  /** Tokens of the context. */
  readonly contextTokens: number | undefined;
  /** Tokens of the request. */
  readonly requestTokens: number | undefined;
}

/** Places of the length of the context, of which the first one counts. */
const CONTEXT = [
  /available context size \((\d+)/i,
  /(?:context|model) (?:length|size|window)\D{1,24}?(\d+)/i,
  /> (\d+) maximum/i,
];

/** Places of the length of the request, of which the first one counts. */
const REQUEST = [
  /\((\d+) in the messages/i,
  /request \((\d+) tokens/i,
  /resulted in (\d+) tokens/i,
  /(?:has|with|contains) (\d+) input tokens/i,
  /input \((\d+) tokens/i,
  /prompt \(length (\d+)/i,
  /the first (\d+) tokens/i,
  /too long: (\d+) tokens/i,
];

/** Reads the figures of a message, as llama.cpp, vLLM, SGLang, LM Studio and hosted services word it. */
export function overflowFigures(message: string): OverflowFigures {
  const text = message.replaceAll(/(?<=\d)[,_](?=\d{3})/g, '');
  return { contextTokens: firstFigure(CONTEXT, text), requestTokens: firstFigure(REQUEST, text) };
}

function firstFigure(places: readonly RegExp[], text: string): number | undefined {
  for (const place of places) {
    const figure = Number(place.exec(text)?.[1]);
    if (figure > 0) return figure;
  }
  return undefined;
}
