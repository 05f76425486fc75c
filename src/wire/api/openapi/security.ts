type Node = Record<string, unknown>;

/** Settings of authentication that the document describes. */
export interface Authentication {
  readonly schemes: readonly ('keys' | 'jwt' | 'headers')[];
  /** Headers of a gateway; present with the scheme `headers`. */
  readonly headers?: { readonly headers: { readonly subject: string } } | undefined;
}

/** Returns the ways in which a request can be authenticated, by name. A request needs one of them. */
export function securitySchemes({
  schemes,
  headers,
}: Authentication): Readonly<Record<string, Node>> {
  const takesTokens = schemes.includes('keys') || schemes.includes('jwt');
  const subject = schemes.includes('headers') ? headers?.headers.subject : undefined;
  return {
    ...(takesTokens && {
      ApiKeyAuth: { type: 'http', scheme: 'bearer', description: TOKEN },
      AzureKeyAuth: apiKey('api-key', `${TOKEN} Azure's clients send it in this header.`),
    }),
    ...(subject !== undefined && {
      GatewayAuth: apiKey(subject, 'Set by the gateway that has authenticated the caller.'),
    }),
  };
}

const TOKEN = "An API key, or a token of the server's issuer.";

function apiKey(name: string, description: string): Node {
  return { type: 'apiKey', in: 'header', name, description };
}
