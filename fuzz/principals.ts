/** Who asks: of two tenants, three of one, of whom two share a team; and one who may only read. */

export interface Who {
  readonly name: string;
  /** Without what sets the tenants of one run apart from those of another. */
  readonly tenant: string;
  readonly team: string | undefined;
  readonly isAuditor: boolean;
}

export const PRINCIPALS: readonly Who[] = [
  { name: 'alice', tenant: 'acme', team: 'core', isAuditor: false },
  { name: 'erin', tenant: 'acme', team: 'core', isAuditor: false },
  { name: 'bob', tenant: 'acme', team: 'edge', isAuditor: false },
  // In a team of the same name as another tenant's, which must mean nothing.
  { name: 'carol', tenant: 'globex', team: 'core', isAuditor: false },
  { name: 'dave', tenant: 'acme', team: undefined, isAuditor: true },
];

/** What the policy of the server says, which {@link mayRead} and {@link mayWrite} say once more. */
export const CONFIG = `
auth:
  schemes: [keys]
  access_policy:
    - forbid: { actions: [create, update, delete] }
      when: user with auditor in roles
    - permit: { actions: [read] }
      when: user with auditor in roles
    - permit: { actions: [create, read, update, delete] }
      when: user is owner
    - permit: { actions: [read] }
      when: user in owners teams
`;

export function mayRead(who: Who, owner: Who): boolean {
  if (who.tenant !== owner.tenant) return false;
  return who.isAuditor || who === owner || (who.team !== undefined && who.team === owner.team);
}

export function mayWrite(who: Who, owner: Who): boolean {
  return !who.isAuditor && who === owner;
}
