/** Colloquy as a library. */

export { createServer, type ServerOptions } from './server/create.ts';
export { ListenError, type Server } from './server/server.ts';
export type { PublishedRequest } from './observe/request-channel.ts';
export type { TurnReport } from './observe/turns.ts';
export type { LogSink } from './telemetry/log.ts';
export { loadConfig, type ConfigSources, type SettingKey, type Settings } from './config/load.ts';
export type { Config } from './config/config.ts';
export type {
  DatabaseOptions,
  PostgresOptions,
  SqliteOptions,
  TlsOptions,
} from './options/database.ts';
export { openStore } from './store/open.ts';
export { SchemaMismatchError } from './store/engine/migrations.ts';
export { StoreUnavailableError, type UnavailableReason } from './base/errors/store-unavailable.ts';
export type { Store } from './store/store.ts';
export type * from './store/changes/port.ts';
export type * from './store/conversations/port.ts';
export type * from './store/branches/port.ts';
export type * from './store/responses/port.ts';
export type * from './store/turns/port.ts';
export type * from './store/idempotency/port.ts';
export type * from './store/search/port.ts';
export type * from './store/background/port.ts';
export type * from './store/response-events/port.ts';
export type * from './store/retention/port.ts';
export type * from './store/holds/port.ts';
export type * from './store/keys/port.ts';
export type * from './store/usage/port.ts';
export type * from './store/archive/port.ts';
export { ALL, type Attributes, type RowFilter } from './base/row-filter.ts';
export type { Order, Page, PageRequest } from './base/paging.ts';
export { newId } from './base/ids.ts';
export { examine, type Examination, type ExamineOptions } from './history/examine.ts';
export type { Finding, Rule } from './history/findings.ts';
export { parseItem, type ParsedItem } from './contract/items/parse.ts';
export { ApiError, type ErrorKind } from './contract/errors/registry.ts';
export { OperatorError, type OperatorCode } from './base/errors/operator-error.ts';
export type { Conversation } from './contract/conversations/conversation.ts';
export type { ConversationItemList } from './contract/items/schemas.ts';
export type { ConversationItem, InputItem } from './contract/items/table.ts';
