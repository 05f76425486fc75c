-- The second wall: a row is there only for the tenant that its transaction has named. The policies are in
-- force where row-level security is switched on for the tables, which the setting `rls` does.

CREATE POLICY tenant_wall ON conversations
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');

CREATE POLICY tenant_wall ON items
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');
