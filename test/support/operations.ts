import { startServer } from './server.ts';

/** An operation of the served OpenAPI document. */
export interface ServedOperation {
  readonly id: string;
  readonly method: string;
  /** Path with its parameters in braces. */
  readonly template: string;
  readonly parameters: readonly { readonly name: string }[];
  readonly statuses: readonly string[];
  /** Whether the operation needs no credentials. */
  readonly isPublic: boolean;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
  /** Empty for an operation that needs no credentials, and otherwise absent. */
  readonly security?: readonly unknown[];
}

/** Returns every operation that a server documents. */
export async function servedOperations(): Promise<readonly ServedOperation[]> {
  await using server = await startServer('--database-url', 'sqlite::memory:');
  const { body } = await server.request('/openapi.json');
  // Sound: the document is OpenAPI's, in which each operation has these.
  const { paths } = body as {
    paths: Record<string, Record<string, DescribedOperation>>;
  };
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, responses, security }]) => ({
      id: operationId,
      method: method.toUpperCase(),
      template,
      parameters,
      statuses: Object.keys(responses),
      isPublic: security !== undefined,
    })),
  );
}
