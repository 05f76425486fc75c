/** A model server as observers see it: what the operator has configured, without credentials. */
export interface ObservedServer {
  readonly name: string;
  /** Name of its profile. */
  readonly profile: string;
  readonly address: string;
  readonly port: number;
}

/** A model on its server. */
export interface ServedModel {
  readonly server: ObservedServer;
  /**
   * `undefined` for a name that only the caller knows: one that the operator has not written, and that no model server
   * has answered for.
   */
  readonly model: string | undefined;
  /** Whether the operator has written the name. */
  readonly isModelNamed: boolean;
}
