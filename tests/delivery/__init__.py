import pytest

pytest.register_assert_rewrite("tests.delivery.provider_contract")
