// The development server of Vite forwards the paths of the gateway, so that pages and graph have one origin.
const target = process.env.GATEWAY_URL ?? 'http://localhost:4000';

export default {
  server: {
    proxy: {
      '/graphql': { target, ws: true },
      '/images': { target },
      '/uploads': { target },
    },
  },
};
