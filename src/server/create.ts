import { randomBytes } from 'node:crypto';
import { Authorizer } from '../access/policy/authorizer.ts';
import { policyOf } from '../access/policy/parse.ts';
import { ANONYMOUS } from '../access/principal.ts';
import { isLoopback } from '../base/loopback.ts';
import { NO_OBSERVER } from '../observe/observer.ts';
import { assertNotOpenToNetwork, type Config } from '../config/config.ts';
import { itemContract } from '../contract/items/contract.ts';
import { packageVersion } from '../config/version.ts';
import { AuditTrail } from '../service/audit.ts';
import { Branches } from '../service/branches/branches.ts';
import { ConversationHealth } from '../service/conversations/health.ts';
import { Conversations } from '../service/conversations/conversations.ts';
import { ModelServer } from '../model/model-server.ts';
import { TextSeal } from '../context/seal.ts';
import { isOwnCompaction } from '../context/sealed-compaction.ts';
import { ContextWindows } from '../service/context-window/context-windows.ts';
import { Feeds } from '../service/feed/feeds.ts';
import { Jobs } from '../service/jobs/jobs.ts';
import { Models } from '../service/models/models.ts';
import { Contexts } from '../service/responses/contexts.ts';
import { KeyedResponses } from '../service/idempotency/keyed-responses.ts';
import { Indexer } from '../service/search/indexer.ts';
import { Search } from '../service/search/search.ts';
import { Responses } from '../service/responses/responses.ts';
import { Counting } from '../service/counts/counting.ts';
import { Exports } from '../service/archive/selected.ts';
import { Callers } from '../service/callers/callers.ts';
import { Erasures } from '../service/retention/erasures.ts';
import { RetentionRules } from '../service/retention/rules.ts';
import { Sweeper } from '../service/retention/sweeper.ts';
import { sweepingJob } from '../service/retention/sweeping.ts';
import { Trash } from '../service/retention/trash.ts';
import { Usage } from '../service/usage/usage.ts';
import { McpServers } from '../tools/mcp-servers.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { openAuditLog } from '../telemetry/audit-log.ts';
import type { LogSink } from '../telemetry/log.ts';
import type { MetricSources } from '../telemetry/metrics.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { apiRoutes } from '../wire/api/routes.ts';
import { getMetrics } from '../wire/api/system/get-metrics.ts';
import type { Readiness } from '../wire/api/system/get-readiness.ts';
import { createHttp, type Http } from '../wire/http/server.ts';
import { RunningServer, type Server } from './server.ts';
import { authenticator } from './authenticator.ts';
import type { Components } from './components.ts';
import { consoleSite } from './console-site.ts';
import { httpLimits } from './http-limits.ts';

export interface ServerOptions {
  /** Destination of the log; without one, nothing is logged. */
  readonly log?: LogSink;
  /** Receives every failure that is the server's own, with the request id that the caller was given. */
  readonly onServerError?: (error: unknown, requestId: string) => void;
}

/** Builds a server on its database. No other function joins the components. */
export async function createServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  assertNotOpenToNetwork(config);
  await using stack = new AsyncDisposableStack();
  const components = await openComponents(config, options, stack);
  const { telemetry } = components;
  const listener = async (build: Promise<Http>): Promise<Http> =>
    stack.adopt(await build, (built) => built.close());
  const api = await listener(apiHttp(config, components));
  const { metrics } = config;
  const counters =
    typeof metrics === 'string'
      ? undefined
      : await listener(metricsHttp(config, metrics, components));
  if (metrics !== 'off') await telemetry.measure(metricSources(components, api));
  return new RunningServer(config, components, { api, counters }, stack.move());
}

/** Bytes of a secret that seals reasoning for clients. */
const SEAL_BYTES = 32;

async function openComponents(
  config: Config,
  { log, onServerError }: ServerOptions,
  stack: AsyncDisposableStack,
): Promise<Components> {
  const { database } = config;
  const telemetry = await Telemetry.open(config, log, database.kind);
  const store = stack.adopt(
    await openStore(database, telemetry, { recordsChanges: config.events }),
    (opened) => opened.close(),
  );
  const authorizer = new Authorizer(policyOf(config.auth.accessPolicy));
  const { write } = stack.use(openAuditLog(config.auditLog));
  const failed = (error: unknown, requestId: string): void => {
    telemetry.log?.failed(error, requestId);
    onServerError?.(error, requestId);
  };
  const servers = config.modelServers.map((options) => stack.use(new ModelServer(options)));
  const models = new Models(servers, telemetry);
  const seal = new TextSeal(
    config.sealKey === undefined ? randomBytes(SEAL_BYTES) : Buffer.from(config.sealKey),
  );
  const windows = new ContextWindows(models);
  const contexts = { ...config, store, authorizer, models, seal, windows };
  const observer = telemetry;
  const tools = stack.use(new McpServers(config.mcp, packageVersion()));
  const recordsReads = config.auditLogReads;
  const audit =
    write === undefined
      ? undefined
      : new AuditTrail({ store, authorizer, write, onLost: failed, recordsReads });
  const responses = new Responses({ ...contexts, observer, tools, audit });
  const state = { isClosing: false };
  const sweeper = new Sweeper({ ...config, store: store.retention, observer, audit });
  const keyedResponses = new KeyedResponses({ ...config, responses, store });
  const feeds = config.events
    ? new Feeds({ ...config, store: store.changes, authorizer })
    : undefined;
  const indexer = new Indexer({ index: store.search, isOn: config.search });
  return {
    store,
    telemetry,
    authorizer,
    models,
    contexts: new Contexts(contexts),
    health: new ConversationHealth({
      store: store.conversations,
      authorizer,
      observer,
      isOwnCompaction: (tenant, item) => isOwnCompaction(seal, tenant, item),
    }),
    responses,
    keyedResponses,
    feeds,
    indexer,
    jobs: new Jobs(telemetry, [
      ...responses.jobs,
      ...keyedResponses.jobs,
      ...new Counting(store.counts).jobs,
      ...indexer.jobs,
      ...(feeds?.jobs ?? []),
      sweepingJob(sweeper, store.idempotency, () => state.isClosing),
    ]),
    site: consoleSite(config.console, telemetry.log, stack),
    audit,
    state,
    onServerError: failed,
  };
}

async function apiHttp(config: Config, components: Components): Promise<Http> {
  const { store, telemetry, authorizer, state, responses, contexts, health, models } = components;
  const { keyedResponses, feeds, indexer } = components;
  const rules = new RetentionRules(config.retention);
  const observer = telemetry;
  const conversations = new Conversations({ store, authorizer, observer, rules });
  const { turns } = responses;
  return createHttp({
    ...httpLimits(config),
    site: components.site,
    routes: apiRoutes({
      conversations,
      branches: new Branches({ ...config, store, authorizer, observer, rules, turns }),
      health,
      callers: new Callers(authorizer, rules),
      exports: new Exports(store, authorizer),
      usage: new Usage(store.usage, authorizer),
      feeds,
      search: config.search ? new Search(store.search, authorizer, indexer) : undefined,
      trash: new Trash({ store, authorizer }),
      erasures: new Erasures({ store: store.retention, audit: components.audit }, authorizer),
      responses,
      contexts,
      keyedResponses,
      models,
      items: itemContract({ isStrict: config.strict }),
      limits: config,
      features: featuresOf(config),
      dialect: config.dialect,
      auth: config.auth,
      console: config.console,
      version: packageVersion(),
      readiness: () => readiness(store, state.isClosing),
      metricsText: config.metrics === 'on' ? () => telemetry.metricsText() : undefined,
    }),
    localHostsOnly: isOpenToThisMachineOnly(config),
    authenticate: await authenticator(config, components),
    audit: components.audit,
    observer: telemetry,
    onServerError: components.onServerError,
  });
}

/** Returns the names of the features that clients may find on or off. */
function featuresOf({ modelServers, events, search }: Config): readonly string[] {
  return [
    'export',
    ...(modelServers.length > 0 ? ['responses'] : []),
    ...(events ? ['events'] : []),
    ...(search ? ['search'] : []),
  ];
}

/** Makes the listener for metrics at a separate address. Every client that reaches it may read them. */
function metricsHttp(
  config: Config,
  { host }: { readonly host: string },
  { telemetry, onServerError }: Components,
): Promise<Http> {
  return createHttp({
    ...httpLimits(config),
    site: undefined,
    routes: [getMetrics(() => telemetry.metricsText())],
    localHostsOnly: isLoopback(host),
    authenticate: async () => ANONYMOUS,
    audit: undefined,
    observer: NO_OBSERVER,
    onServerError,
  });
}

function metricSources({ store, responses }: Components, http: Http): MetricSources {
  return {
    gauges: () => store.gauges(),
    databaseBytes: () => store.size(),
    openConnections: () => http.connections(),
    openTurns: () => responses.openTurns,
  };
}

async function readiness(store: Store, isClosing: boolean): Promise<Readiness> {
  const stopping = isClosing ? [{ text: 'it is about to stop' }] : [];
  try {
    await store.ping();
    return { reasons: stopping, unreachableNodes: await store.unreachableNodes() };
  } catch (error) {
    const silent = { text: 'the database does not answer', cause: error };
    return { reasons: [...stopping, silent], unreachableNodes: 0 };
  }
}

/** Checks whether reaching this machine is the only requirement. Web pages open on it must then be kept out. */
function isOpenToThisMachineOnly({ host, allowAnonymous, auth }: Config): boolean {
  const needsNoSecret =
    auth.schemes.length === 0 ||
    (auth.schemes.includes('headers') && auth.headers?.secret === undefined);
  return isLoopback(host) && !allowAnonymous && needsNoSecret;
}
