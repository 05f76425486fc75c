import { OperatorError } from '../../base/operator-error.ts';
import type { Driver, Query, Scope } from '../driver.ts';

const SCOPE: Scope = { kind: 'none' };

const SELECT_STATE: Query = {
  sql: `
    SELECT
      (SELECT count(*) FROM pg_class
        WHERE oid IN (to_regclass('conversations'), to_regclass('items'))
          AND relrowsecurity AND relforcerowsecurity) AS walled,
      (SELECT count(*) FROM pg_roles
        WHERE rolname = current_user AND (rolsuper OR rolbypassrls)) AS bypasses`,
  parameters: [],
};

/** Switches the wall on; the tables' owner must say it, and is then behind it too. */
export const ROW_LEVEL_SECURITY_SQL = ['conversations', 'items']
  .map((table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`)
  .join('\n');

/**
 * Makes the database's row-level security what the setting says. Rejects with an `OperatorError` where it would
 * protect nothing, or would hide everything from a server that does not name its tenants.
 */
export async function assertRowLevelSecurity(driver: Driver, wanted: boolean): Promise<void> {
  const [state] = await driver.read({ scope: SCOPE, query: SELECT_STATE });
  const [isOn, isBypassed] = [state?.['walled'] === 2, state?.['bypasses'] === 1];
  if (wanted && isBypassed) {
    throw new OperatorError(
      'row_level_security_bypassed',
      'rls is on, and this database role is a superuser or has BYPASSRLS: row-level security does not hold for it.',
      'Connect as a role without those, which owns the tables or has been granted SELECT, INSERT, UPDATE and DELETE.',
    );
  }
  if (wanted && !isOn) await switchOn(driver);
  if (!wanted && isOn && !isBypassed) {
    throw new OperatorError(
      'row_level_security_on',
      "The database's tables have row-level security, and rls is off: every conversation would seem to be gone.",
      'Start with --rls on, or switch it off in the database: ALTER TABLE ... NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY for conversations and items.',
    );
  }
}

async function switchOn(driver: Driver): Promise<void> {
  await driver
    .write({
      scope: SCOPE,
      inSteps: () => undefined,
      inRoundTrips: async (trips) => {
        await trips.send();
        await trips.script(ROW_LEVEL_SECURITY_SQL);
        await trips.finish();
      },
    })
    .catch((error: unknown) => {
      throw new OperatorError(
        'row_level_security_off',
        'rls is on, and this role may not switch row-level security on for the tables.',
        `Have their owner run: ${ROW_LEVEL_SECURITY_SQL.replaceAll('\n', ' ')}`,
        error,
      );
    });
}
