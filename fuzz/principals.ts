/** Principals that send requests: four owners in two tenants, two of whom share a team, and one auditor. */

export interface Principal {
  readonly name: string;
  /** Name without the suffix that separates the tenants of different runs. */
  readonly tenant: string;
  readonly team: string | undefined;
  /** Whether the principal may read everything in its tenant, and write nothing. */
  readonly isAuditor: boolean;
}

export const PRINCIPALS: readonly Principal[] = [
  { name: 'alice', tenant: 'acme', team: 'core', isAuditor: false },
  { name: 'erin', tenant: 'acme', team: 'core', isAuditor: false },
  { name: 'bob', tenant: 'acme', team: 'edge', isAuditor: false },
  // The team has the name of a team in the first tenant, which must not give access to it.
  { name: 'carol', tenant: 'globex', team: 'core', isAuditor: false },
  { name: 'dave', tenant: 'acme', team: undefined, isAuditor: true },
];

/** Config file of the server. {@link mayRead} and {@link mayWrite} repeat its policy. */
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

export function mayRead(caller: Principal, owner: Principal): boolean {
  if (caller.tenant !== owner.tenant) return false;
  return (
    caller.isAuditor ||
    caller === owner ||
    (caller.team !== undefined && caller.team === owner.team)
  );
}

export function mayWrite(caller: Principal, owner: Principal): boolean {
  return !caller.isAuditor && caller === owner;
}
