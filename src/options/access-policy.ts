/** A rule of the access policy as it was written. Its texts are not checked yet. */
export interface PolicyRuleOptions {
  readonly permit: PolicyScopeOptions | undefined;
  readonly forbid: PolicyScopeOptions | undefined;
  readonly when: readonly string[] | undefined;
  readonly unless: readonly string[] | undefined;
  readonly description: string | undefined;
  /** The place of the rule, such as `auth.access_policy.0, line 4 of colloquy.yaml`. */
  readonly origin: string;
}

/** The principals, actions and conversations that a rule is about. */
export interface PolicyScopeOptions {
  readonly principal: string | undefined;
  readonly actions: readonly string[] | undefined;
  readonly resource: readonly string[] | undefined;
  /** The place of the scope, as of the rule. */
  readonly origin: string;
}
