/** Makes the generated parts of the documentation anew: `npm run docs`. */

import { writeFileSync } from 'node:fs';
import { generatedPages } from './pages.ts';

for (const { path, file, text, fresh } of generatedPages()) {
  if (fresh === text) continue;
  writeFileSync(file, fresh);
  console.info(`${path} is new`);
}
