#!/usr/bin/env node
// Plain old JavaScript, so that an old Node reaches the message instead of failing on an import.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    'colloquy: node_too_old: This is Node ' +
      process.versions.node +
      '; colloquy needs Node 24 or later.\n' +
      '  fix: Install a newer Node, or run it through npm: npx --package=node@24 --package=colloquy colloquy serve',
  );
  process.exit(1);
}
void import('../dist/main.js');
