export default function Page() {
  return <p>The graph is at /flair/graphql.</p>;
}
