import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import next from 'next';
import { gatewayOfProcess } from './gateway.mjs';

// Only WebSockets need this server. Without subscriptions over WebSockets, `next start` is enough.
const app = next({
  dir: fileURLToPath(new URL('.', import.meta.url)),
  // A server that is not used: on the other one, Next.js would end the WebSockets of the gateway.
  httpServer: createServer(),
});
const gateway = gatewayOfProcess();

await app.prepare();
const handle = app.getRequestHandler();
const handleUpgrade = app.getUpgradeHandler();
const server = createServer((request, response) => handle(request, response));
server.on('upgrade', (request, socket, head) => {
  if (!gateway.handleUpgrade(request, socket, head)) handleUpgrade(request, socket, head);
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

process.once('SIGTERM', async () => {
  server.close();
  await gateway.close();
  await app.close();
  server.closeAllConnections();
});
