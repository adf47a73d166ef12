import fastify from 'fastify';
import { createGateway } from 'flair-graphql-gateway';

const app = fastify({ logger: { level: 'error' }, forceCloseConnections: true });
const gateway = createGateway({ basePath: '/flair', environment: process.env, logger: app.log });

app.register(async (routes) => {
  // The gateway reads the bodies of its requests itself.
  routes.removeAllContentTypeParsers();
  routes.addContentTypeParser('*', (_request, _body, done) => done(null));
  routes.all('/flair/*', (request, reply) => {
    reply.hijack();
    gateway.handle(request.raw, reply.raw);
  });
});
app.get('/', () => 'The graph is at /flair/graphql.');
app.server.on('upgrade', (request, socket, head) => {
  if (!gateway.handleUpgrade(request, socket, head)) socket.destroy();
});
app.addHook('preClose', () => gateway.close());

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' }));

process.once('SIGTERM', () => app.close());
