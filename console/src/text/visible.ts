import { options } from 'preact';
import { withVisibleControls } from './controls.ts';

/** Classes of the bodies of items, which are drawn as they were written. */
const BODIES: readonly unknown[] = ['text', 'markdown'];
/** Properties that are shown or read out. */
const SHOWN = ['title', 'aria-label'];

/** The names that Preact keeps for its own extensions: of what is called before a node is drawn, and of its parent. */
const [BEFORE, PARENT] = ['__b', '__'] as const;

/** A node that is drawn. */
interface Drawn {
  /** `null` for a text. */
  readonly type: unknown;
  props: unknown;
  readonly [PARENT]?: Drawn | null;
}

/**
 * Gives invisible characters a visible name in every text that the page draws, whoever has stored it, but for the bodies
 * of items: a title, a tool or a file cannot look like another one.
 */
export function showControls(): void {
  // Sound: Preact calls the function of this name with each node, where there is one.
  const hooks = options as { [BEFORE]?: (node: Drawn) => void };
  const before = hooks[BEFORE];
  hooks[BEFORE] = (node) => {
    makeVisible(node);
    before?.(node);
  };
}

function makeVisible(node: Drawn): void {
  const { type, props } = node;
  if (typeof props === 'string') {
    const text = withVisibleControls(props);
    if (text !== props && !isInBody(node)) node.props = text;
  } else if (typeof type === 'string') {
    // Sound: the properties of an element are an object.
    const shown = props as Record<string, unknown>;
    for (const name of SHOWN) {
      const value = shown[name];
      if (typeof value === 'string') shown[name] = withVisibleControls(value);
    }
  }
}

function isInBody({ [PARENT]: parent }: Drawn): boolean {
  if (parent === undefined || parent === null) return false;
  // Sound: what has children that are drawn is an element or a component, with an object of properties.
  return BODIES.includes((parent.props as { class?: unknown }).class) || isInBody(parent);
}
