-- koppelklaar-query-template: sample-2 sql
-- =====================================================================
-- SAMPLE. This is NOT Kurve's query and it sets nothing up.
-- VOORBEELD. Dit is NIET de query van Kurve. Laad dit bestand niet in
-- Decibel bij een echte school: het maakt geen gebruiker en geen lijst.
-- An installation brings its own template in place of this one.
-- =====================================================================
-- School:          {{ school }}
-- BRIN:            {{ brin }}
-- Schooldomein:    https://{{ domain }}.swp.nl
-- Gebruiker:       {{ user }}
-- Lijst:           KurveLeerlingData
-- Kolommen:        idGebr, ExterneId, opleidingscode, stamnr
-- Wachtwoord:      stel je zelf in via Beheer > Webservices > Gebruikers

SELECT
    'VOORBEELD'           AS idGebr,
    'niet van {{ user }}' AS ExterneId,
    'voor {{ school }}'   AS opleidingscode,
    '{{ brin }}'          AS stamnr;
