#!/usr/bin/env node
// Plain old JavaScript, so that an old Node reaches the message instead of failing on an import.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    'colloquy: node_too_old: This is Node ' +
      process.versions.node +
      '; colloquy needs Node 24 or later.\n' +
      '  fix: Install Node 24 or later from https://nodejs.org.',
  );
  process.exit(1);
}
// The next start finds its code compiled, in this package's own folder: who may write there could change the code itself.
var modules = process.getBuiltinModule('node:module');
var folder = process
  .getBuiltinModule('node:url')
  .fileURLToPath(new URL('../.cache', import.meta.url));
modules.enableCompileCache(folder);
setTimeout(() => modules.flushCompileCache(), 3000).unref();
void import('../dist/main.js');
