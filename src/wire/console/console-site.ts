import type { IncomingMessage } from 'node:http';
import { apiError } from '../../contract/errors/registry.ts';
import { parseEntityTags } from '../../contract/schema/entity-tags.ts';
import type { TextAnswer } from '../http/send.ts';
import type { Site } from '../http/site.ts';
import { formFor, readFiles, type SiteFiles } from './files.ts';
import { consoleHeaders } from './headers.ts';
import type { IssuerOrigins } from './issuer-origins.ts';

/** Where the build puts the console, seen from the sources and from what is built of them alike. */
const FOLDER = new URL('../../../dist/console/', import.meta.url);
/** Files with the digest of their content in their names. */
const NAMED_BY_CONTENT = /^assets\//;

interface ConsoleSiteParams {
  /** Origins of the issuer at which people sign in; `undefined` without one. */
  readonly issuer: Pick<IssuerOrigins, 'known'> | undefined;
  readonly frameAncestors: readonly string[];
  readonly folder?: URL;
}

/** The web console: a page that is a client of the API. */
export class ConsoleSite implements Site {
  readonly path = '/console';
  readonly #params: ConsoleSiteParams;
  #files: Promise<SiteFiles | undefined> | undefined;

  constructor(params: ConsoleSiteParams) {
    this.#params = params;
  }

  async answer(request: IncomingMessage, path: string): Promise<TextAnswer> {
    const { method = '', headers } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      throw apiError('method_not_allowed', { method, url: path, allowed: ['GET', 'HEAD'] });
    }
    // Relative, so that a path in front of it, which a proxy has taken off, is kept.
    if (path === this.path) {
      return this.#bare(308, ['location', './console/', 'content-length', '0']);
    }
    const name = path.slice(this.path.length + 1) || 'index.html';
    const file = (await this.#read()).get(name);
    if (file === undefined) throw apiError('url_not_found', { method, url: path });
    const form = formFor(file, headers['accept-encoding'] ?? '');
    const caching = [
      'etag',
      form.tag,
      'vary',
      'accept-encoding',
      'cache-control',
      NAMED_BY_CONTENT.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    ];
    if (isKnown(headers['if-none-match'], form.tag)) return this.#bare(304, caching);
    const encoding = form.encoding === undefined ? [] : ['content-encoding', form.encoding];
    return {
      ...(await this.#bare(200, [...caching, ...encoding])),
      text: form.bytes,
      contentType: file.type,
    };
  }

  /** Reads the files on the first request; again while nothing is built. */
  async #read(): Promise<SiteFiles> {
    this.#files ??= readFiles(this.#params.folder ?? FOLDER);
    const files = await this.#files;
    if (files !== undefined) return files;
    this.#files = undefined;
    throw apiError('console_not_built');
  }

  /** Returns an answer without a body. */
  async #bare(status: number, headers: readonly string[]): Promise<TextAnswer> {
    const { issuer, frameAncestors } = this.#params;
    const policy = { connect: (await issuer?.known()) ?? [], frameAncestors };
    return {
      status,
      text: '',
      contentType: undefined,
      headers: [...consoleHeaders(policy), ...headers],
      error: undefined,
      isFile: true,
    };
  }
}

function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const tags = parseEntityTags(header, 'If-None-Match');
  return tags === 'any' || tags.some(({ text }) => `"${text}"` === tag);
}
