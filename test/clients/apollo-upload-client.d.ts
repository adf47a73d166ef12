declare module 'apollo-upload-client/UploadHttpLink.mjs' {
  import { ApolloLink } from '@apollo/client/core';

  /** A link that sends files as GraphQL multipart requests, and other operations as JSON. */
  export default class UploadHttpLink extends ApolloLink {
    constructor(options: { uri: string; headers?: Readonly<Record<string, string>> });
  }
}
