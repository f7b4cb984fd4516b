-- =====================================================================
-- SAMPLE. This is NOT Kurve's query and it sets nothing up.
-- VOORBEELD. Dit is NIET de query van Kurve. Laad dit bestand niet in
-- Decibel bij een echte school: het maakt geen gebruiker en geen lijst.
-- An installation brings its own template in place of this one.
-- =====================================================================
-- School:          Bonhoeffer College, locatie t Een 1 __ brin __
-- BRIN:            12AB00
-- Schooldomein:    https://bonhoeffer.swp.nl
-- Gebruiker:       Kurve
-- Lijst:           KurveLeerlingData
-- Kolommen:        idGebr, ExterneId, opleidingscode, stamnr
-- Wachtwoord:      stel je zelf in via Beheer > Webservices > Gebruikers

SELECT
    'VOORBEELD'           AS idGebr,
    'niet van Kurve' AS ExterneId,
    'voor Bonhoeffer College, locatie t Een 1 __ brin __'   AS opleidingscode,
    '12AB00'          AS stamnr;
