"""What a token of Entra ID must say, once its signature holds."""

from __future__ import annotations

import pytest

from agent.door.claims import LEEWAY, Policy, check
from agent.door.refusal import TurnedAway
from agent.errors import ConfigurationError
from tests.agent.door.issuer import AUDIENCE, NOW, OTHER_TENANT, TENANT, claims

POLICY = Policy((TENANT,), (AUDIENCE, "api://assistant"))
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"


def code(policy=POLICY, now=NOW, key_issuer=None, **said):
    with pytest.raises(TurnedAway) as no:
        check(claims(**said), policy, now, key_issuer)
    return no.value.refusal.code


def test_a_token_as_it_should_be_names_its_user_with_groups_roles_and_everything_else():
    user, expires = check(claims(), POLICY, NOW)
    assert (user.id, user.name, user.groups) == ("user-1", "Ada", ("g1", "g2", "Reader"))
    assert user.claims["scp"] == "Voice.Use profile"
    assert user.claims["tid"] == TENANT
    assert expires == NOW + 3600


def test_a_token_without_an_object_id_names_its_subject():
    assert check(claims(oid=None, name=None), POLICY, NOW)[0].id == "pairwise"
    assert code(oid=None, sub=None) == "invalid_token"


def test_a_name_may_stand_in_another_claim_or_be_missing():
    assert check(claims(name=None, preferred_username="ada@x"), POLICY, NOW)[0].name == "ada@x"
    assert check(claims(name=7), POLICY, NOW)[0].name is None


def test_a_token_lasts_until_its_end_and_as_long_as_clocks_may_differ():
    assert check(claims(), POLICY, NOW + 3600 + LEEWAY - 1)
    assert code(now=NOW + 3600 + LEEWAY) == "expired_token"
    assert code(exp=None) == "expired_token"
    assert code(exp="soon") == "expired_token"
    assert code(exp=True) == "expired_token"


def test_a_token_of_the_future_is_not_valid_yet():
    assert check(claims(nbf=int(NOW + LEEWAY)), POLICY, NOW)
    assert code(nbf=int(NOW + LEEWAY) + 1) == "invalid_token"


@pytest.mark.parametrize("audience", ["https://graph.microsoft.com", "", None, [AUDIENCE], 7])
def test_a_token_for_another_application_is_no_token_for_us(audience):
    assert code(aud=audience) == "wrong_audience"


def test_each_of_our_audiences_will_do():
    assert check(claims(aud="api://assistant"), POLICY, NOW)


@pytest.mark.parametrize(
    "issuer",
    [
        "https://evil.example/v2.0",
        f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0",
        f"https://login.microsoftonline.com/{TENANT}/v2.0/",
        f"https://login.microsoftonline.com.evil.example/{TENANT}/v2.0",
        f"https://sts.windows.net/{OTHER_TENANT}/",
        "https://login.microsoftonline.com/{tenantid}/v2.0",
        None,
        7,
    ],
)
def test_another_issuer_is_another_issuer(issuer):
    assert code(iss=issuer) == "wrong_issuer"


def test_the_older_form_of_issuer_is_the_same_authority():
    assert check(claims(iss=f"https://sts.windows.net/{TENANT}/"), POLICY, NOW)


def test_the_older_form_belongs_to_its_cloud():
    china = Policy((TENANT,), (AUDIENCE,), "https://login.partner.microsoftonline.cn")
    assert check(claims(iss=f"https://sts.chinacloudapi.cn/{TENANT}/"), china, NOW)
    assert code(china, iss=f"https://sts.windows.net/{TENANT}/") == "wrong_issuer"


@pytest.mark.parametrize("tenant", [OTHER_TENANT, "common", "", None, 7, f"{TENANT}/..", "{tenantid}"])
def test_users_of_another_tenant_are_not_ours(tenant):
    assert code(tid=tenant, iss=f"https://login.microsoftonline.com/{tenant}/v2.0") in {"wrong_tenant", "wrong_issuer"}


def test_users_of_several_tenants_are_told_apart_by_their_tenant():
    policy = Policy((TENANT, OTHER_TENANT), (AUDIENCE,))
    assert check(claims(tid=OTHER_TENANT), policy, NOW)[0].id == f"{OTHER_TENANT}/user-1"
    assert check(claims(), policy, NOW)[0].id == f"{TENANT}/user-1"
    assert code(policy, tid=PERSONAL) == "wrong_tenant"


def test_any_organisation_does_not_mean_anybody():
    policy = Policy(("organizations",), (AUDIENCE,))
    assert check(claims(tid=OTHER_TENANT), policy, NOW)[0].id == f"{OTHER_TENANT}/user-1"
    assert code(policy, tid=PERSONAL) == "wrong_tenant"
    assert check(claims(tid=PERSONAL), Policy(("common",), (AUDIENCE,)), NOW)
    assert code(policy, tid=OTHER_TENANT, iss=f"https://login.microsoftonline.com/{TENANT}/v2.0") == "wrong_issuer"


def test_a_key_that_is_one_tenants_own_proves_nothing_about_another():
    policy = Policy(("organizations",), (AUDIENCE,))
    template = "https://login.microsoftonline.com/{tenantid}/v2.0"
    theirs = f"https://login.microsoftonline.com/{TENANT}/v2.0"
    assert check(claims(tid=OTHER_TENANT), policy, NOW, template)
    assert check(claims(tid=TENANT), policy, NOW, theirs)
    assert check(claims(tid=TENANT, iss=f"https://sts.windows.net/{TENANT}/"), policy, NOW, template)
    assert code(policy, tid=OTHER_TENANT, key_issuer=theirs) == "wrong_issuer"


def test_a_scope_or_a_role_can_be_asked_for():
    policy = Policy((TENANT,), (AUDIENCE,), scopes=("Voice.Use", "Admin"))
    assert check(claims(), policy, NOW)
    assert check(claims(scp=None, roles=["Admin"]), policy, NOW)
    assert code(policy, scp="Voice.User", roles=None) == "missing_scope"
    assert code(policy, scp=None, roles="nothing else") == "missing_scope"
    assert code(policy, scp=["x", 7], roles=None) == "missing_scope"


@pytest.mark.parametrize(
    ("tenants", "expected"),
    [((TENANT,), TENANT), (("organizations",), "organizations"), ((TENANT, OTHER_TENANT), "common")],
)
def test_keys_are_asked_for_where_the_tenants_publish_them(tenants, expected):
    url = Policy(tenants, (AUDIENCE,)).keys_url
    assert url == f"https://login.microsoftonline.com/{expected}/discovery/v2.0/keys"


@pytest.mark.parametrize("tenant", ["contoso.onmicrosoft.com", "", "*", "consumers", TENANT.replace("-", "")])
def test_a_tenant_is_named_by_its_id(tenant):
    with pytest.raises(ConfigurationError, match="VOCATIVE_ENTRA_TENANT"):
        Policy((tenant,), (AUDIENCE,))


@pytest.mark.parametrize(("tenants", "audiences"), [((TENANT,), ()), ((), (AUDIENCE,))])
def test_tenant_and_audience_belong_together(tenants, audiences):
    with pytest.raises(ConfigurationError, match="belong together"):
        Policy(tenants, audiences)
