import { expect, test } from 'vitest';
import { parseRedisUrl, type RedisAddress } from '../../src/util/redis-address.ts';

const server = { kind: 'server', database: 0, tls: false } as const;

test.each<[url: string, address: RedisAddress]>([
  ['redis://localhost', { ...server, nodes: [{ host: 'localhost', port: 6379 }] }],
  ['redis://localhost/', { ...server, nodes: [{ host: 'localhost', port: 6379 }] }],
  [
    'rediss://redis.example.com:80/3',
    { ...server, tls: true, database: 3, nodes: [{ host: 'redis.example.com', port: 80 }] },
  ],
  ['redis://[::1]:7000?db=2', { ...server, database: 2, nodes: [{ host: '::1', port: 7000 }] }],
  ['redis://:p%40ss@a', { ...server, password: 'p@ss', nodes: [{ host: 'a', port: 6379 }] }],
  ['redis://:p@ss@a', { ...server, password: 'p@ss', nodes: [{ host: 'a', port: 6379 }] }],
  ['redis://user:a:b@a', { ...server, username: 'user', password: 'a:b', nodes: [{ host: 'a', port: 6379 }] }],
  [
    'redis+sentinel://user:secret@a,b:7000/my%20primary?db=1&sentinelPassword=s%2F1',
    {
      kind: 'sentinel',
      nodes: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 7000 },
      ],
      primaryName: 'my primary',
      username: 'user',
      password: 'secret',
      sentinelPassword: 's/1',
      database: 1,
      tls: false,
    },
  ],
  [
    'rediss+cluster://:secret@a:7000,[::1]',
    {
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: '::1', port: 6379 },
      ],
      password: 'secret',
      database: 0,
      tls: true,
    },
  ],
])('the address of a Redis is parsed: %s', (url, address) => {
  expect(parseRedisUrl(url)).toEqual(address);
});

test.each([
  ['http://localhost'],
  ['redis://'],
  ['redis://a,b'],
  ['redis://a:99999'],
  ['redis://a/name'],
  ['redis://a b'],
  ['redis://:%zz@a'],
  ['redis+sentinel://a'],
  ['redis+sentinel://a,/name'],
  ['redis+sentinel://a/name?db=x'],
  ['redis+cluster://a/1'],
  ['redis+cluster://a?db=1'],
  ['redis+other://a'],
])('an invalid address of a Redis is rejected: %s', (url) => {
  expect(parseRedisUrl(url)).toBeUndefined();
});
