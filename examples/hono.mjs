import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { createGateway } from 'flair-graphql-gateway';
import { Hono } from 'hono';

const gateway = createGateway({ basePath: '/flair', environment: process.env });

const app = new Hono();
app.all('/flair/*', (context) => gateway.fetch(context.req.raw, { address: getConnInfo(context).remote.address }));
app.get('/', (context) => context.text('The graph is at /flair/graphql.'));

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }, (address) => {
  console.log(`http://127.0.0.1:${address.port}`);
});
server.on('upgrade', (request, socket, head) => {
  if (!gateway.handleUpgrade(request, socket, head)) socket.destroy();
});

process.once('SIGTERM', async () => {
  server.close();
  await gateway.close();
  server.closeAllConnections();
});
