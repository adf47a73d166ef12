declare module 'apollo-upload-client/UploadHttpLink.mjs' {
  import { ApolloLink } from '@apollo/client/core';

  /** A link that sends files by the GraphQL multipart request specification, and all else as JSON. */
  export default class UploadHttpLink extends ApolloLink {
    constructor(options: { uri: string; headers?: Readonly<Record<string, string>> });
  }
}
