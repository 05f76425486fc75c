import { packageVersion } from '../../config/version.ts';
import type { Command } from '../command.ts';

export const version: Command = {
  usage: ['colloquy version'],
  summary: 'Print the version.',
  takesSettings: false,
  run: async ({ print }) => print(packageVersion()),
};
