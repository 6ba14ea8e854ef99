import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveSubject } from '../lib/serve-subject.ts';

// Answers everything with one answer, as fast as Node can: what is left of a call's time is the caller's.
const [body = ''] = process.argv.slice(2);
const headers = { 'content-type': 'application/graphql-response+json; charset=utf-8', 'x-request-id': 'replayed' };

const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, headers).end(body));
});
const url = new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`));
});
serveSubject(url);
