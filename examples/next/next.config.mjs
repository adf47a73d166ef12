export default {
  // Contains native code, and is loaded once for all routes.
  serverExternalPackages: ['flair-graphql-gateway'],
};
