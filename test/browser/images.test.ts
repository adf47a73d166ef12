import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';
import { ARGUMENTS, findChromium } from './chromium.ts';

const executablePath = findChromium(process.env);
const tickets = graphql(`
  mutation TicketForBrowser($id: ID!) {
    createUploadTickets(input: { target: { newInModel: $id } }) {
      ... on CreateUploadTicketsSuccess { tickets { url } }
    }
  }
`);
const gallery = graphql(`
  query BrowserGallery($id: ID!) {
    model(id: $id) {
      dataItems { nodes { image { placeholder original: url small: url(width: 64) jpeg: url(width: 100, format: JPEG) } } }
    }
  }
`);

let browser: Browser;
beforeAll(async () => {
  if (executablePath) browser = await chromium.launch({ executablePath, args: ARGUMENTS });
});
afterAll(() => browser?.close());

/** Opens a page of an app with another origin than the gateway. */
async function openApp() {
  const app = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>App</title><body></body>'),
  ).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const page = await browser.newPage({ viewport: { width: 900, height: 420 } });
  onTestFinished(async () => {
    await page.close();
    app.close();
  });
  await page.goto(`http://127.0.0.1:${(app.address() as AddressInfo).port}/`);
  return page;
}

describe.skipIf(!executablePath)('a page of another origin', () => {
  test('a page of another origin uploads a file with a ticket, and receives its progress', async () => {
    const started = startGateway();
    const { globalId: id } = await seedModel(started.upstream, 'Dresses');
    const { url: gateway } = await serverOf(started);
    const { data } = await started.query(tickets, { id });
    const ticket = data?.createUploadTickets;
    const path = new URL(ticket && 'tickets' in ticket ? (ticket.tickets[0]?.url ?? '') : '').pathname;
    const bytes = [...(await smallImage({ width: 900, height: 900, format: 'png' })), ...new Uint8Array(2_000_000)];
    const page = await openApp();

    const outcome = await page.evaluate(
      ({ url, bytes }) =>
        new Promise<{ status: number; text: string; progress: number[] }>((resolve) => {
          const request = new XMLHttpRequest();
          const progress: number[] = [];
          request.upload.onprogress = ({ loaded, total }) => progress.push(loaded / total);
          request.onloadend = () => resolve({ status: request.status, text: request.responseText, progress });
          request.open('PUT', url);
          request.send(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
        }),
      { url: gateway + path, bytes },
    );

    expect(outcome.status).toBe(201);
    expect(JSON.parse(outcome.text)).toEqual({ id: expect.any(String), dataItem: expect.any(Object) });
    expect(outcome.progress.at(-1)).toBe(1);
    expect(started.takeRequests()).toContain('uploadDataItem');
  });

  test('a page of another origin shows image variants with <img>, and may read their pixels', async () => {
    const started = startGateway();
    const { globalId: id } = await seedModel(started.upstream, 'Dresses', { images: 2 });
    const { url: gateway } = await serverOf(started);
    const { data, errors } = await started.query(gallery, { id });
    expect(errors).toBeUndefined();
    const images = data?.model?.dataItems.nodes.map((node) => node?.image) ?? [];
    const urls = images.flatMap((image) => [
      image?.placeholder ?? '',
      ...[image?.original, image?.small, image?.jpeg].map((url) => gateway + new URL(url ?? '').pathname),
    ]);
    const page = await openApp();

    const shown = await page.evaluate(
      (urls) =>
        Promise.all(
          urls.map(async (url) => {
            const image = new Image();
            image.crossOrigin = 'anonymous';
            image.style.cssText = 'width: 180px; height: 180px; margin: 8px; image-rendering: pixelated';
            image.src = url;
            document.body.append(image);
            await image.decode();
            const canvas = document.createElement('canvas');
            const context = canvas.getContext('2d');
            context?.drawImage(image, 0, 0);
            return { width: image.naturalWidth, opaque: context?.getImageData(0, 0, 1, 1).data[3] };
          }),
        ),
      urls,
    );
    const folder = mkdtempSync(join(tmpdir(), 'images-'));
    await page.screenshot({ path: join(folder, 'gallery.png') });
    console.log(`Screenshots: ${folder}`);

    expect(shown).toHaveLength(8);
    for (const { width, opaque } of shown) expect([width > 0, opaque]).toEqual([true, 255]);
  });
});
