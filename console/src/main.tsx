import { render } from 'preact';
import { App } from './app.tsx';
import { begin } from './api/sign-in.ts';
import { applyScheme } from './look/scheme.ts';

applyScheme();
const root = document.getElementById('console');
if (root === null) throw new Error('the page has no place for the console');
render(<App />, root);
// Its failures are shown by the page, which asks the same server.
begin().catch(() => undefined);
