import { render } from 'preact';
import { App } from './app.tsx';
import { applyScheme } from './look/scheme.ts';
import { showControls } from './text/visible.ts';

showControls();
applyScheme();
const root = document.getElementById('console');
if (root === null) throw new Error('the page has no place for the console');
render(<App />, root);
