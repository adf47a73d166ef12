import { Writable } from 'node:stream';
import pino from 'pino';
import type { Broker } from '../../src/cluster/broker.ts';
import { createGateway } from '../../src/gateway.ts';
import type { WatchSettings } from '../../src/job-watching/job-watcher.ts';
import { createRequests } from '../../src/telemetry/requests.ts';
import { createWebSockets } from '../../src/websocket/server.ts';
import { defaultUnsentLimits } from '../../src/websocket/unsent-bytes.ts';
import type { GatewayClock, Instance } from './environment.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedSocket } from './socket.ts';
import { GRACE_PERIOD, REQUEST_TIMEOUT } from './tolerances.ts';
import { createConnections, fetchTransport } from './transports.ts';
import type { Reply, UpstreamRequest } from './upstream.ts';

export interface InstanceOptions {
  readonly scenario: Scenario;
  /** Number of this gateway. */
  epoch: number;
  readonly clock: GatewayClock;
  /** Poll intervals. @default those of the gateway */
  readonly pace?: WatchSettings['pace'];
  readonly random: () => number;
  readonly respond: (request: UpstreamRequest) => Promise<Reply>;
  /** Connects the replicas. Undefined: a single gateway. */
  readonly broker: Broker | undefined;
  /** Interrupts its connections, because a gateway that is killed sends nothing any more. */
  readonly onKill: () => void;
  /** Called with each error that the gateway logs. */
  readonly onError: (message: string) => void;
}

/** Starts a gateway without ports. */
export function startInstance(options: InstanceOptions): Instance {
  const { scenario, epoch, clock, pace, random, respond, broker, onKill, onError } = options;
  const { now, monotonicNow, sleep, startTimer } = clock;
  const { pollsPerSecond, listInterval, reads } = scenario;
  const log = pino({ level: 'error' }, errorStream(onError));
  const gateway = createGateway({
    config: {
      publicUrl: undefined,
      allowAnonymous: false,
      ownKey: undefined,
      apiKeyHeader: 'x-api-key',
      graphiql: false,
    },
    secrets: ['a secret for simulations that is long enough'],
    upstream: {
      baseUrl: 'http://upstream.example',
      transport: fetchTransport(epoch, respond),
      ...(reads === 'pool' && { pool: createConnections(epoch, respond) }),
      deadline: REQUEST_TIMEOUT,
    },
    // No write of a simulation has an idempotency key.
    idempotencyStore: {
      claim: () => Promise.reject(new Error('unexpected claim')),
      recordOutcome: async () => {},
      release: async () => {},
      close: async () => {},
    },
    ...(broker && { broker }),
    watch: { pollsPerSecond, listInterval, gracePeriod: GRACE_PERIOD, ...(pace && { pace }) },
    listeningUrl: () => 'http://gateway.example',
    ...{ log, random, now, monotonicNow, sleep, startTimer },
  });
  const webSockets = createWebSockets(gateway, {
    addressOf: () => undefined,
    requests: createRequests({ log, monotonicNow }),
    streamsPerSocket: 50,
    messagesPerSecond: 50,
    unsent: defaultUnsentLimits,
    ...{ log, sleep, monotonicNow },
  });
  const { server } = webSockets;

  return {
    epoch,
    get watchedJobs() {
      return gateway.watchedJobs;
    },
    fetch: (init) => gateway.fetch(new Request('http://gateway.example/graphql', init)),
    openSocket(peer, isReading) {
      const socket = new SimulatedSocket(peer, isReading);
      server.clients.add(socket.asWebSocket);
      socket.once('close', () => server.clients.delete(socket.asWebSocket));
      server.emit('connection', socket, { headers: { host: 'gateway.example' }, url: '/graphql' });
      return socket;
    },
    async stop(isKilled) {
      if (isKilled) onKill();
      gateway.refuseNew();
      // Not awaited: ws waits for sockets that it has accepted itself.
      void webSockets.close();
      gateway.endStreams();
      await gateway.dispose();
      await broker?.close();
    },
  };
}

const errorStream = (onError: (message: string) => void): Writable =>
  new Writable({
    write(line, _, done) {
      const { msg, err } = JSON.parse(String(line));
      onError(`${msg}: ${err?.stack ?? ''}`);
      done();
    },
  });
