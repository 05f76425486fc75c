/** Colloquy as a library. */

export { createServer, type ServerOptions } from './server/create.ts';
export { ListenError, type Server } from './server/assembled.ts';
export type { PublishedRequest } from './base/request-channel.ts';
export type { LogSink } from './telemetry/log.ts';
export { loadConfig, type ConfigSources } from './config/load.ts';
export type { Config } from './config/config.ts';
export type {
  DatabaseOptions,
  PostgresOptions,
  SqliteOptions,
  TlsOptions,
} from './base/database-options.ts';
export type { SettingKey } from './config/settings.ts';
export { openStore } from './store/open-store.ts';
export { SchemaMismatchError } from './store/migrations.ts';
export { StoreUnavailableError, type UnavailableReason } from './base/store-unavailable.ts';
export type * from './store/port.ts';
export { ALL, type Attributes, type RowFilter } from './base/row-filter.ts';
export type { Order, Page, PageRequest } from './base/paging.ts';
export { newId } from './base/ids.ts';
export { parseItem, type ParsedItem } from './contract/items/parse.ts';
export { ApiError, type ErrorKind } from './base/errors.ts';
export { OperatorError, type OperatorCode } from './base/operator-error.ts';
export type { Conversation } from './contract/conversation.ts';
export type { ConversationItemList } from './contract/items/schemas.ts';
export type { ConversationItem, InputItem } from './contract/items/table.ts';
