import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { serializeTicket } from '../../src/uploads/ticket.ts';
import { startGateway } from '../support/gateway.ts';
import { noise } from '../support/images.ts';
import { seedModel } from '../support/seeds.ts';

const QUERY = `mutation ($modelId: ID!, $files: [File!]!) {
  uploadDataItems(input: { modelId: $modelId, files: $files }) {
    ... on UploadDataItemsSuccess { outcomes { dataItem { id } } }
  }
}`;
const png = await noise(300, 300).png().toBuffer();

/** Sets the directory of temporary files for the duration of a test. */
function temporaryFilesIn(make: (parent: string) => { path: string; remove?: () => void }) {
  const before = process.env.TMPDIR;
  const parent = mkdtempSync(join(tmpdir(), 'flair-test-'));
  const { path, remove } = make(parent);
  process.env.TMPDIR = path;
  const restore = () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  };
  onTestFinished(() => {
    restore();
    remove?.();
    rmSync(parent, { recursive: true });
  });
  return { path, restore };
}

const missing = (parent: string) => ({ path: join(parent, 'missing') });
const isFile = (parent: string) => {
  const path = join(parent, 'file');
  writeFileSync(path, '');
  return { path };
};
const full = (parent: string) => {
  const path = join(parent, 'full');
  mkdirSync(path);
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path]);
  return { path, remove: () => void execFileSync('/bin/umount', ['-l', path]) };
};
const canMount = process.getuid?.() === 0;

async function start() {
  const started = startGateway({ uploads: { concurrentBodies: 2 } });
  const { id, globalId } = await seedModel(started.upstream, 'Dresses');
  const sealer = createSealer({ secrets: ['a secret for tests that is long enough'], now: started.clock.now });
  const token = sealer.seal(
    serializeTicket({ apiKey: 'demo', target: { modelId: id, replace: undefined }, nonce: randomUUID() }),
    'upload',
  );
  const send = {
    multipart: () => {
      const body = new FormData();
      const variables = { modelId: globalId, files: [null] };
      body.set('operations', JSON.stringify({ query: QUERY, variables }));
      body.set('map', JSON.stringify({ 0: ['variables.files.0'] }));
      body.set('0', new File([png], 'noise.png'));
      return started.fetch('/graphql', { method: 'POST', body });
    },
    ticket: () => started.fetch(`/uploads/${token}`, { method: 'PUT', body: png }),
  };
  started.takeRequests();
  return { ...started, send };
}

for (const [name, make, skipped] of [
  ['does not exist', missing, false],
  ['is not a directory', isFile, false],
  ['is full', full, !canMount],
] as const) {
  for (const way of ['multipart', 'ticket'] as const) {
    test.skipIf(skipped)(
      `a ${way} upload fails immediately with a log line while the temporary directory ${name}`,
      async () => {
        const { restore } = temporaryFilesIn(make);
        const { send, logLines, takeRequests } = await start();

        for (let upload = 0; upload < 5; upload++) {
          const response = await send[way]();
          expect(response.status).toBe(503);
          expect(await response.text()).toContain('SERVICE_UNAVAILABLE');
        }
        expect(takeRequests()).toEqual([]);
        // One line for all requests.
        expect(logLines).toHaveLength(1);
        expect(logLines[0]).toMatch(/"problem":"resources".*(?:ENOENT|ENOTDIR|ENOSPC)/);
        restore();

        expect((await send[way]()).status).toBe(way === 'ticket' ? 201 : 200);
        expect(takeRequests()).toEqual(['uploadDataItem']);
      },
    );
  }
}
