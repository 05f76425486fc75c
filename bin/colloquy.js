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
void import('../dist/main.js');
