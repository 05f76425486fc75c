import type { Principal, ServerFacts } from '../api/objects.ts';
import { mayDelete, principal, secret, server, signOut, trashDays } from '../api/session.ts';
import { fragmentOf } from '../place.ts';
import { Choice } from './choice.tsx';
import { Facts, type Fact } from './facts.tsx';
import { hasKeys, switchKeys } from './keys.ts';
import { choose, scheme, SCHEMES } from './scheme.ts';
import { TimeChoice } from './time-choice.tsx';
import { Time } from '../text/time.tsx';

/** Who the caller is, what the server is, and how the page looks. */
export function AccountMenu() {
  const caller = principal.value;
  const isOpen = caller !== undefined && caller.scheme === null;
  const name =
    caller === undefined ? '' : isOpen ? 'this machine' : `${caller.tenant} / ${caller.subject}`;
  return (
    <div class="account">
      <button type="button" class="plain" popovertarget="account">
        {name === '' ? 'Server' : name} <span aria-hidden="true">▾</span>
      </button>
      <div id="account" popover="auto" class="menu">
        {isOpen && (
          <p>Without authentication, everyone on this machine may read and change everything.</p>
        )}
        <Facts
          facts={[
            ...(caller === undefined || isOpen ? [] : factsOf(caller)),
            ...(server.value === undefined ? [] : factsOfServer(server.value)),
          ]}
        />
        <ul class="menu-links">
          <li>
            <a href={fragmentOf({ page: 'server', query: '' })} onClick={closeMenu}>
              Server and access
            </a>
          </li>
          {trashDays() > 0 && (
            <li>
              <a href={fragmentOf({ page: 'trash', query: '' })} onClick={closeMenu}>
                Trash
              </a>
            </li>
          )}
          {mayDelete() && (
            <li>
              <a href={fragmentOf({ page: 'erase', query: '' })} onClick={closeMenu}>
                Erase a person’s conversations
              </a>
            </li>
          )}
        </ul>
        <Choice legend="Colours" options={SCHEMES} chosen={scheme.value} choose={choose} />
        <TimeChoice />
        <label class="check">
          <input
            type="checkbox"
            checked={hasKeys.value}
            onChange={(event) => switchKeys(event.currentTarget.checked)}
          />
          Single keys start actions: ? lists them
        </label>
        {secret.value !== undefined && (
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        )}
      </div>
    </div>
  );
}

function closeMenu(): void {
  document.getElementById('account')?.hidePopover();
}

function factsOf(caller: Principal): readonly (Fact | false)[] {
  return [
    ['Tenant', caller.tenant],
    ['Subject', caller.subject],
    ['Roles', caller.roles.join(', ')],
    ['Teams', caller.teams.join(', ')],
    ['May', caller.actions.join(', ')],
    caller.expires_at !== null && ['Valid until', <Time at={caller.expires_at} />],
  ];
}

function factsOfServer({ version, compatibility, features }: ServerFacts): readonly Fact[] {
  return [
    ['Server', `Colloquy ${version}`],
    ['Checks', compatibility],
    ['Features', features.join(', ')],
  ];
}
