import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { execute, upload } from '../e2e/client.ts';
import { installPackage, startCommand } from '../support/package.ts';
import { startProgram } from '../support/program.ts';

interface ImageFields {
  url: string;
  small: string;
  contentType: string;
  byteSize: number;
  width: number | null;
  placeholder: string | null;
}

test('without sharp and the GraphiQL renderer, images are uploaded and served in their original size', async () => {
  const directory = await installPackage({ omit: ['sharp'] });
  const chunks = join(directory, 'node_modules', 'flair-graphql-gateway', 'dist', 'chunks');
  const renderer = (await readdir(chunks)).filter((name) => name.startsWith('renderer-'));
  expect(renderer).toHaveLength(2);
  for (const name of renderer) await rm(join(chunks, name));
  // The sandbox itself needs sharp.
  const upstream = await startProgram({ entry: 'sandbox' });
  const { url, output } = await startCommand('flair-graphql-gateway', directory, {
    FLAIR_API_URL: upstream.url,
    FLAIR_API_KEY: 'demo',
  });

  const models = await execute<{ models: { nodes: { id: string }[] } }>(url, '{ models(first: 1) { nodes { id } } }');
  const bytes = await sharp({ create: { width: 96, height: 64, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const uploaded = await upload<{ uploadDataItems: { outcomes: { dataItem: { image: ImageFields } }[] } }>(
    url,
    `mutation ($modelId: ID!, $files: [File!]!) {
      uploadDataItems(input: { modelId: $modelId, files: $files }) {
        ... on UploadDataItemsSuccess {
          outcomes { dataItem { image { url small: url(width: 64, format: WEBP) contentType byteSize width placeholder } } }
        }
        ... on Error { message }
      }
    }`,
    { modelId: models.data?.models.nodes[0]?.id },
    [new File([new Uint8Array(bytes)], 'teal.png', { type: 'image/png' })],
  );

  expect(uploaded.errors).toBeUndefined();
  const image = uploaded.data?.uploadDataItems.outcomes[0]?.dataItem.image ?? expect.fail(JSON.stringify(uploaded));
  expect(image).toMatchObject({ contentType: 'image/png', byteSize: bytes.length, width: null, placeholder: null });
  for (const address of [image.url, image.small]) {
    const response = await fetch(address);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  }
  const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(501);
  expect(await page.text()).toContain('GRAPHIQL=false');
  expect(output.stdout.match(/the optional package sharp is not installed/g)).toHaveLength(1);
});
