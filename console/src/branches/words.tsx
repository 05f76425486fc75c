import { common } from './matching.ts';

/** Words beyond which two texts are not compared. */
const MOST_WORDS = 1500;

/** A text in which the words that another one lacks are marked. */
export function MarkedWords({ text, other }: { readonly text: string; readonly other: string }) {
  const [words, others] = [wordsIn(text), wordsIn(other)];
  if (words.length > MOST_WORDS || others.length > MOST_WORDS)
    return <div class="text">{text}</div>;
  const kept = new Set(common(words.map(trimmed), others.map(trimmed)).map(([x]) => x));
  return (
    <div class="text" dir="auto">
      {runsOf(words, kept).map(({ text: run, isKept }, index) =>
        isKept ? run : <Marked key={index} run={run} />,
      )}
    </div>
  );
}

/** Marks the words, and not the space behind them. */
function Marked({ run }: { readonly run: string }) {
  const words = run.trimEnd();
  return (
    <>
      <mark>{words}</mark>
      {run.slice(words.length)}
    </>
  );
}

/** Splits a text into words and other characters, each with the space behind it. */
function wordsIn(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}_]+\s*|[^\p{L}\p{N}_\s]\s*|\s+/gu) ?? [];
}

function trimmed(word: string): string {
  return word.trim();
}

interface Run {
  readonly text: string;
  readonly isKept: boolean;
}

/** Joins words that are marked alike, so that a sentence is one mark. */
function runsOf(words: readonly string[], kept: ReadonlySet<number>): readonly Run[] {
  const runs: Run[] = [];
  for (const [index, word] of words.entries()) {
    const isKept = kept.has(index);
    const last = runs.at(-1);
    if (last?.isKept === isKept) runs[runs.length - 1] = { text: last.text + word, isKept };
    else runs.push({ text: word, isKept });
  }
  return runs;
}
