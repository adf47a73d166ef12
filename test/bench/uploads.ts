import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startProgram, startStock, startStore } from './processes.ts';
import { byMultipart, execute, measureUploads, noiseImages, type Send, type UploadResults } from './upload-measure.ts';

/** `npm run bench:uploads`: measures the memory used by many concurrent large uploads, for each way to upload. */

const { values: flags } = parseArgs({
  options: {
    files: { type: 'string', default: '50' },
    compare: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});

const MODEL = Buffer.from('Model:bench').toString('base64url');
const MODELS = '{ models { nodes { id } } }';
const UPLOAD = `mutation ($input: UploadDataItemInput!) {
  uploadDataItem(input: $input) { ... on UploadDataItemSuccess { dataItem { id } } ... on Error { message } }
}`;
const TICKET = `mutation ($input: CreateUploadTicketsInput!) {
  createUploadTickets(input: $input) { ... on CreateUploadTicketsSuccess { tickets { url } } ... on Error { message } }
}`;

const multipart = byMultipart(UPLOAD, { input: { modelId: MODEL, file: null } }, 'variables.input.file');

const byTicket: Send = async (url, bytes) => {
  const { createUploadTickets } = await execute(url, TICKET, { input: { target: { newInModel: MODEL } } });
  const { tickets } = createUploadTickets as { tickets: { url: string }[] };
  const response = await fetch(tickets[0]?.url ?? '', { method: 'PUT', body: bytes });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
};

await promisify(execFile)('npm run --silent build', {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  shell: true,
});
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node.js ${process.version}, ${process.platform}`);

const files = await noiseImages(Number(flags.files));
const found: Record<string, UploadResults> = {};
const store = startStore();
try {
  const upstreamUrl = await store.call('listen');
  const receivedHashes = () => store.call('take');
  for (const [name, send] of Object.entries({ multipart, tickets: byTicket })) {
    const gateway = await startProgram({ upstreamUrl, key: 'bench' });
    found[name] = await measureUploads({
      url: gateway.url,
      pid: gateway.pid,
      send,
      query: MODELS,
      files,
      receivedHashes,
    });
    await gateway.stop();
  }
  if (flags.compare) {
    const stock = startStock();
    const url = await stock.call('listen', upstreamUrl);
    const send = byMultipart('mutation ($file: File!) { upload(file: $file) }', { file: null }, 'variables.file');
    found['Yoga with its defaults'] = await measureUploads({
      url,
      pid: stock.pid,
      send,
      query: '{ models { id } }',
      files,
      receivedHashes,
    });
    await stock.stop();
  }
} finally {
  await store.stop();
}

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MiB`;
for (const [name, { bytes, took, idle, growth, cpu, lost, failures, queries }] of Object.entries(found)) {
  const sorted = queries.toSorted((a, b) => a - b);
  const at = (share: number) => `${(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN).toFixed(0)} ms`;
  console.log(`\n${files.length} files at once, ${megabytes(bytes)}: ${name}\n`);
  console.log(`  memory over idle, at its peak    ${megabytes(growth)} over ${megabytes(idle)}  (target: ≤ 200 MiB)`);
  console.log(`  lost or corrupted                ${lost}  (target: 0)`);
  console.log(`  elapsed, CPU time                ${(took / 1_000).toFixed(1)} s, ${(cpu / 1_000).toFixed(1)} s`);
  console.log(`  query latency, p50 and maximum   ${at(0.5)}, ${at(1)} of ${queries.length}`);
  if (failures.length > 0) console.log(`  failures                         ${failures.length}, such as ${failures[0]}`);
}
if (flags.json) await writeFile(flags.json, `${JSON.stringify(found, undefined, 2)}\n`);
