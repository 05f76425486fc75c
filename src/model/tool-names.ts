import type { ModelTool, ToolName } from './port.ts';

const LONGEST_NAME = 64;

/**
 * Names of a request's tools as they are sent. A namespace becomes a prefix, and characters that servers refuse
 * become underscores; a name that another tool has already gets a number.
 */
export class ToolNames {
  readonly #sent = new Map<string, string>();
  readonly #tools = new Map<string, ModelTool>();

  constructor(tools: readonly ModelTool[]) {
    /** The number of the next tool with a name. */
    const next = new Map<string, number>();
    for (const tool of tools) {
      const base = plainName(tool);
      let name = base;
      let count = next.get(base) ?? 2;
      for (; this.#tools.has(name); count += 1) {
        const suffix = `_${count}`;
        name = `${base.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
      }
      next.set(base, count);
      this.#tools.set(name, tool);
      this.#sent.set(keyOf(tool), name);
    }
  }

  /** Returns the name to send for a tool, which an earlier request may have had. */
  sentName(tool: ToolName): string {
    return this.#sent.get(keyOf(tool)) ?? plainName(tool);
  }

  /** Returns the tool of a name that a model has called; a function of that name if there is none. */
  toolOf(sentName: string): Pick<ModelTool, 'type'> & ToolName {
    const tool = this.#tools.get(sentName);
    if (tool === undefined) return { type: 'function', name: sentName };
    const { type, name, namespace } = tool;
    return namespace === undefined ? { type, name } : { type, name, namespace };
  }
}

function keyOf({ namespace = '', name }: ToolName): string {
  return JSON.stringify([namespace, name]);
}

function plainName({ namespace, name }: ToolName): string {
  if (namespace === undefined) return name;
  return `${namespace}__${name}`.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST_NAME);
}
