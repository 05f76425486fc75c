import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../../access/authentication/scheme.ts';
import type { Principal } from '../../access/principal.ts';
import type { AnsweredRequest, Observer } from '../../observe/observer.ts';
import type { RequestNotes } from '../../observe/request-notes.ts';
import type { AuditTrail } from '../../service/audit.ts';
import type { Admission } from './admission.ts';
import type { Call } from './call.ts';
import type { CrossOrigin } from './cross-origin.ts';
import type { HttpSettings } from './http-settings.ts';
import type { Producer } from './producer.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Route } from './route.ts';
import type { Site } from './site.ts';
import type { FindRoute } from './router.ts';
import type { CallLimits, OpenCalls } from './signal.ts';

/** Everything that the exchanges of a server share. */
export interface ExchangeContext {
  readonly admission: Admission;
  readonly findRoute: FindRoute;
  /** `undefined` when only routes are served. */
  readonly site: Site | undefined;
  /** Returns the caller. Throws the error that refuses a caller. */
  readonly authenticate: (credentials: Credentials, requestId: string) => Promise<Principal>;
  readonly crossOrigin: CrossOrigin | undefined;
  readonly rateLimits: RateLimits | undefined;
  readonly settings: HttpSettings;
  readonly callLimits: CallLimits;
  readonly openCalls: OpenCalls;
  readonly observer: Pick<Observer, 'began' | 'answered'>;
  /** `undefined` when nothing is recorded. */
  readonly audit: AuditTrail | undefined;
  /** Receives every failure that is the server's own, with the id that the caller was given. */
  readonly onServerError: (error: unknown, requestId: string) => void;
  /** Checks whether the server is about to stop, so that connections should not be kept. */
  isClosing(): boolean;
}

/** State of one request on its way to an answer. Times are milliseconds of `performance.now()`. */
export interface Exchange extends RequestNotes {
  readonly request: IncomingMessage;
  readonly began: number;
  /** The route, or the site, that answers. */
  route: Pick<Route, 'path'> | undefined;
  principal: Principal | undefined;
  authorised: AnsweredRequest['authorised'];
  /** `undefined` until the handler is called. */
  call: Call | undefined;
  /** `undefined` unless the handler has returned a stream. */
  producer: Producer | undefined;
  bytesIn: number;
}
