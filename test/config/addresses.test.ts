import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';

test.each([
  ['', 0],
  ['false', 0],
  ['0', 0],
  ['true', 1],
  ['1', 1],
  ['2', 2],
  ['10.0.0.0/8, loopback', ['10.0.0.0/8', 'loopback']],
  ['fd00::/8,192.0.2.1', ['fd00::/8', '192.0.2.1']],
])('TRUST_PROXY=%s trusts %j', (text, trust) => {
  expect(readConfig({ TRUST_PROXY: text }).trustProxy).toEqual(trust);
});

test.each([
  ['localhost', /must be true, false, a number of proxies or a list of networks.*contains "localhost"/],
  ['10.0.0.0/33', /contains "10\.0\.0\.0\/33"/],
  ['10.1', /contains "10\.1"/],
  ['-1', /contains "-1"/],
  ['99', /must be at most 32 proxies, but is 99/],
  ['loopback,', /contains ""/],
  ['constructor', /contains "constructor"/],
])('TRUST_PROXY=%s is a mistake', (text, message) => {
  expect(() => readConfig({ TRUST_PROXY: text })).toThrow(message);
});

test.each([
  ['', ''],
  ['/', ''],
  ['/flair', '/flair'],
  ['/flair/', '/flair'],
  ['/api/flair.v1', '/api/flair.v1'],
])('BASE_PATH=%s is the base path "%s"', (text, path) => {
  expect(readConfig({ BASE_PATH: text }).basePath).toBe(path);
});

test.each([
  ['flair', /but is "flair"\. Did you mean "\/flair"\?/],
  ['/a//b', /Did you mean "\/a\/b"\?/],
  ['/a/../b', /must be a path such as \/flair/],
  ['/a b', /must be a path such as \/flair/],
  ['/a?b', /must be a path such as \/flair/],
])('BASE_PATH=%s is a mistake', (text, message) => {
  expect(() => readConfig({ BASE_PATH: text })).toThrow(message);
});

test('the public URL must end with the base path', () => {
  const read = (PUBLIC_URL: string) => readConfig({ BASE_PATH: '/flair', PUBLIC_URL });

  expect(() => read('https://x.example')).toThrow(/Did you mean "https:\/\/x\.example\/flair"\?/);
  expect(read('https://x.example/api/flair').publicUrl).toBe('https://x.example/api/flair');
});

const SOCKET = { LISTEN_SOCKET: '/run/flair.sock', PUBLIC_URL: 'https://x.example', TRUST_PROXY: '1' };
const REMOTE = { FLAIR_API_URL: 'https://api.example.com' };

test('a socket replaces the host and the port', () => {
  expect(readConfig({ ...SOCKET, ...REMOTE }).listenSocket).toBe('/run/flair.sock');
});

test.each<[string, Record<string, string>, RegExp]>([
  ['a port', { ...SOCKET, ...REMOTE, PORT: '4000', HOST: '::1' }, /`LISTEN_SOCKET` and `HOST`, `PORT` are both set/],
  ['no public URL', { ...SOCKET, ...REMOTE, PUBLIC_URL: '' }, /`PUBLIC_URL` must be set with `LISTEN_SOCKET`/],
  ['no statement about proxies', { ...SOCKET, ...REMOTE, TRUST_PROXY: '' }, /`TRUST_PROXY` must be set with `LISTEN/],
  ['the sandbox', SOCKET, /`LISTEN_SOCKET` is for a proxy.*own sandbox key.*`ALLOW_ANONYMOUS=true`/],
  ['a key of its own', { ...SOCKET, ...REMOTE, FLAIR_API_KEY: 'k' }, /own `FLAIR_API_KEY`.*or unset `FLAIR_API_KEY`/],
  ['a long path', { ...SOCKET, ...REMOTE, LISTEN_SOCKET: `/${'ü'.repeat(54)}` }, /at most 107 bytes.*but has 109/],
])('a socket with %s is a mistake', (_, environment, message) => {
  expect(() => readConfig(environment)).toThrow(message);
});
