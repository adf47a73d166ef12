import { createServer } from 'node:http';
import express from 'express';
import { createGateway } from 'flair-graphql-gateway';

const gateway = createGateway({ basePath: '/flair', environment: process.env });

const app = express();
// Before body parsers: the gateway reads the bodies of its requests itself.
app.use('/flair', gateway.handle);
app.use(express.json());
app.get('/', (_, response) => response.send('The graph is at /flair/graphql.'));

const server = createServer(app);
server.on('upgrade', (request, socket, head) => {
  if (!gateway.handleUpgrade(request, socket, head)) socket.destroy();
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

process.once('SIGTERM', async () => {
  server.close();
  await gateway.close();
  server.closeAllConnections();
});
