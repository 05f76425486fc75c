/** Who is asking. The tenant is part of every key; the subject is one user or program inside it. */
export interface Principal {
  readonly tenant: string;
  readonly subject: string;
}

/** Everyone, while no authentication is configured. */
export const ANONYMOUS: Principal = { tenant: 'default', subject: 'anonymous' };
