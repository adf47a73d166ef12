/** GraphiQL's own files, 9 MB. A module of its own, so that the build puts them into a file that is loaded on demand. */
export * from '@graphql-yoga/render-graphiql/graphiql';
