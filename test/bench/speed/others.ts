import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment, pathOf } from '../processes.ts';
import type { Peer, StartOptions } from './peers.ts';
import { onPath } from './servers.ts';

/** Servers of other projects, configured for production according to their documentation. Their packages are in `peers/`. */

export const PEERS_FOLDER = pathOf('peers');
const binary = (name: string): string => join(PEERS_FOLDER, 'node_modules/.bin', name);

const fromFile = (name: string, title: string, packages: readonly string[]): Peer => ({
  name,
  title,
  packages,
  start: ({ port, upstreamUrl }) => ({
    command: [process.execPath, join(PEERS_FOLDER, `${name}.mjs`)],
    env: { PORT: String(port), UPSTREAM_URL: upstreamUrl },
  }),
});

const SUPERGRAPH = pathOf('results/hive/supergraph.graphql');

const hive: Peer = {
  name: 'hive',
  title: 'Hive Gateway with its compiler, over a supergraph that Mesh generates from the OpenAPI contract',
  packages: ['@graphql-hive/gateway', '@graphql-mesh/compose-cli', '@omnigraph/openapi'],
  async prepare() {
    await mkdir(pathOf('results/hive'), { recursive: true });
    const config = join(PEERS_FOLDER, 'hive/mesh.config.mjs');
    await promisify(execFile)(binary('mesh-compose'), ['--config-path', config, '--output', SUPERGRAPH], {
      env: environment(),
    });
  },
  start: ({ port, upstreamUrl }) => ({
    command: [
      ...[process.execPath, binary('hive-gateway'), 'supergraph', SUPERGRAPH],
      ...['--config-path', join(PEERS_FOLDER, 'hive/gateway.config.mjs'), '--jit', '--host', '127.0.0.1'],
    ],
    env: { PORT: String(port), UPSTREAM_URL: upstreamUrl },
  }),
};

/** Tailcall directives cannot encode an id, change the case of a value, or convert a map to a list. */
const tailcallConfiguration = ({ port, upstreamUrl }: StartOptions): string => `
schema
  @server(port: ${port}, hostname: "127.0.0.1", workers: 1)
  @upstream(allowedHeaders: ["x-api-key"]) {
  query: Query
}
type Query {
  models: ModelPage! @http(url: "${upstreamUrl}/models", dedupe: true)
}
type ModelPage { models: [Model]! @modify(name: "nodes") }
type Model {
  id: ID!
  displayName: String!
  trainings: TrainingPage! @http(url: "${upstreamUrl}/models/{{.value.id}}/trainings", dedupe: true)
}
type TrainingPage { trainings: [Training]! @modify(name: "nodes") }
type Training {
  id: ID!
  status: String!
}
`;

/** Converts a field's value to the form that Tailcall returns: that of the upstream. */
function asUpstreamValue(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (name === 'id') return Buffer.from(value, 'base64url').toString().split(/[:/]/).at(-1);
  return name === 'status' ? value.toLowerCase() : value;
}

const tailcall: Peer = {
  name: 'tailcall',
  title:
    'Tailcall (Rust) with `dedupe`; it returns ids and statuses unchanged from the upstream, and does not support Q3',
  packages: ['@tailcallhq/core-linux-x64-gnu'],
  start(options) {
    const file = join(options.folder, 'tailcall.graphql');
    writeFileSync(file, tailcallConfiguration(options));
    return {
      command: [onPath('tailcall') ?? binary('tailcall'), 'start', file],
      env: { TAILCALL_LOG_LEVEL: 'error', TAILCALL_TRACKER: 'false' },
    };
  },
  queries: ['Q1', 'Q2', 'Q4'],
  expected: asUpstreamValue,
};

export const OTHERS: readonly Peer[] = [
  fromFile('obvious', 'a straightforward implementation: Yoga, Pothos, dataloader and ky with their defaults', [
    'graphql-yoga',
    '@pothos/core',
    'dataloader',
    'ky',
  ]),
  fromFile('apollo', 'Apollo Server with its data source for REST', ['@apollo/server', '@apollo/datasource-rest']),
  fromFile('mercurius', 'Mercurius with its loaders and its compiler, over undici', ['mercurius', 'fastify', 'undici']),
  hive,
  tailcall,
];
